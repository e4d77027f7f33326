"""Proofs in ball arithmetic: regions, certified suprema, contraction."""
