"""Earnings calls: when they are held, who speaks about what, and the transcripts that two kinds of users have."""
