"""Any Lark grammar as a language: loading, errors with their places, sentences, and grammars for masks."""
