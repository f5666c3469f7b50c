"""Pure decisions of admission: plain values in, plain values or an error out."""
