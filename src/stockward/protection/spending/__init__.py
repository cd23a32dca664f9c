"""What a plan spends, and what it would spend for other goals or at other costs."""
