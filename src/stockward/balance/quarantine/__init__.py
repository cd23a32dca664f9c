"""What rows that were set aside could have touched, and the balances that are not tested for it.

A doubt is laid onto periods by what can still be read of its row. No period that is called closed may change however
the row is mended.
"""
