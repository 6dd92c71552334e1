"""What a device does with a server: speak to it, exchange what is new, and go on when it is away."""
