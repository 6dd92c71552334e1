-- What members send to a programme under their names, sealed: under the front of its digest, with a date and nothing finer.
create table parcel (
    space blob not null,
    id blob not null,
    day integer not null,
    bytes blob not null
);
create unique index parcel_id on parcel (space, id);

-- What goes back to each member, sealed: under the hash of an id that only both can compute.
create table reply (
    id blob primary key,
    space blob not null,
    day integer not null,
    bytes blob not null
);
create index reply_space on reply (space);
