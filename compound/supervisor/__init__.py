"""All of it in one terminal: `manage.py up`.

part     one process that must run: its lines with a prefix, its restarts
prepare  what happens before the first page: lock, port, migrations, static files, the demo compound
loop     holds the parts, and stops them in order
"""
