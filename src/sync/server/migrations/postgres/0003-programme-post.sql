-- What members send to a programme under their names, sealed: under the front of its digest, with a date and nothing finer.
create table parcel (
    space bytea not null,
    id bytea not null,
    day bigint not null,
    bytes bytea not null
);
create unique index parcel_id on parcel (space, id);

-- What goes back to each member, sealed: under the hash of an id that only both can compute.
create table reply (
    id bytea primary key,
    space bytea not null,
    day bigint not null,
    bytes bytea not null
);
create index reply_space on reply (space);

alter table parcel alter column bytes set storage external;
alter table reply alter column bytes set storage external;
