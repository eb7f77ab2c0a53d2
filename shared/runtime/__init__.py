"""What every service process is made of: settings, backends, consuming, relaying, watching."""
