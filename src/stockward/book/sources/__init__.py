"""Tables as people keep them: CSV, Parquet and workbooks, each read into one ``RawTable`` of texts or typed cells.

What a file claims is looked up before it is unpacked, and no file is ever changed. A new kind of file is a module here;
it gives raw cells with the row numbers that its program shows, and interprets none of them.
"""
