"""What must be counted: plans that inspectors seal and draw from, blind sheets, and the certificate."""
