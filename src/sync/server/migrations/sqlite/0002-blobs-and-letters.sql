-- Sealed attachments, in the parts in which they came.
create table blob (
    space blob not null,
    id blob not null,
    device blob not null,
    size integer not null,
    stored integer not null,
    made integer not null,
    primary key (space, id)
) without rowid;

create table blob_part (
    space blob not null,
    id blob not null,
    at integer not null,
    bytes blob not null
);
create unique index blob_part_at on blob_part (space, id, at);

-- Letter boxes for pairing, under the hash of their id.
create table invitation (
    id blob primary key,
    space blob not null,
    device blob not null,
    expires integer not null,
    count integer not null
) without rowid;
create index invitation_space on invitation (space);

create table message (
    invitation blob not null,
    number integer not null,
    bytes blob not null
);
create unique index message_number on message (invitation, number);

-- What a recovery key finds, under the hash of its id.
create table keyring (
    id blob primary key,
    secret blob not null,
    bytes blob not null,
    made integer not null
);

-- A programme's box without names: no device, no sequence, a date and nothing finer.
create table box (
    space blob primary key,
    secret blob not null
) without rowid;

create table slip (
    space blob not null,
    id blob not null,
    day integer not null,
    batch blob,
    bytes blob not null
);
create unique index slip_id on slip (space, id);
