"""Records of measuring beside what is stated: readings of standards, and pairs. None of them enters a balance."""
