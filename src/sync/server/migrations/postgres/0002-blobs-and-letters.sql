-- Sealed attachments, in the parts in which they came.
create table blob (
    space bytea not null,
    id bytea not null,
    device bytea not null,
    size bigint not null,
    stored bigint not null,
    made bigint not null,
    primary key (space, id)
);

create table blob_part (
    space bytea not null,
    id bytea not null,
    at bigint not null,
    bytes bytea not null
);
create unique index blob_part_at on blob_part (space, id, at);

-- Letter boxes for pairing, under the hash of their id.
create table invitation (
    id bytea primary key,
    space bytea not null,
    device bytea not null,
    expires bigint not null,
    count bigint not null
);
create index invitation_space on invitation (space);

create table message (
    invitation bytea not null,
    number bigint not null,
    bytes bytea not null
);
create unique index message_number on message (invitation, number);

-- What a recovery key finds, under the hash of its id.
create table keyring (
    id bytea primary key,
    secret bytea not null,
    bytes bytea not null,
    made bigint not null
);

-- A programme's box without names: no device, no sequence, a date and nothing finer.
create table box (
    space bytea primary key,
    secret bytea not null
);

create table slip (
    space bytea not null,
    id bytea not null,
    day bigint not null,
    batch bytea,
    bytes bytea not null
);
create unique index slip_id on slip (space, id);

alter table blob_part alter column bytes set storage external;
alter table message alter column bytes set storage external;
alter table keyring alter column bytes set storage external;
alter table slip alter column bytes set storage external;
