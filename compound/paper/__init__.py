"""The drawing kit of every printed sheet: fonts, text, QR, the A4 frame. It knows no app and no words.

`fonts` finds a glyph for every character, `ink` writes the PDF operators, `text` breaks and fits lines, `page` is
the frame with header, QR and page numbers, `flow` lets rows run over pages. See `docs/paper.md`.
"""
