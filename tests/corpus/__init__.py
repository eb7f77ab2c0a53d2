"""How well the reader reads: real mail with known answers, measured set by set."""
