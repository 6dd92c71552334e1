"""One screen a file. A screen asks, shows and hands over; `routes` says where it is."""
