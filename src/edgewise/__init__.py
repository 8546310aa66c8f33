"""Edgewise turns what companies disclose and what markets do into point-in-time factors."""
