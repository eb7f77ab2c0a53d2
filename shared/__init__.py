"""What more than one service needs: domain, events, ports, adapters, runtime."""
