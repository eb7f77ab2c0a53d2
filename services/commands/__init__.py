"""What each command of `recours` does; `services.cli` only names them."""
