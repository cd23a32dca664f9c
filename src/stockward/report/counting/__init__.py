"""The counting plan, blind sheets, and the certificate.

No sheet shows a book quantity; a certificate says what follows from the counts and the frozen book, and no more.
"""
