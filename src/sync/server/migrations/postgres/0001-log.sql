-- A space and its one log. `head` is the position of the newest envelope, taken under the row's lock and never
-- from a sequence: a sequence hands out numbers before their rows can be seen, and a cursor would step over them.
-- `controls` is the position of the newest control record. Dates are days since 1970.
create table space (
    id bytea primary key,
    genesis bytea,
    head bigint not null,
    controls bigint not null,
    bytes bigint not null,
    purges bigint not null,
    made bigint not null,
    gone bigint
);

-- `mark` is the first eight bytes of the envelope's id, by which a purge finds it.
create table log (
    space bytea not null,
    position bigint not null,
    device bytea not null,
    sequence bigint not null,
    kind smallint not null,
    mark bigint not null,
    envelope bytea not null,
    primary key (space, position)
);
create unique index log_sequence on log (space, device, sequence);
create index log_mark on log (space, mark);

-- The newest envelope of each device; `ended` when its account was deleted here.
create table tip (
    space bytea not null,
    device bytea not null,
    sequence bigint not null,
    id bytea not null,
    ended bigint,
    primary key (space, device)
);

-- Envelopes whose bodies a purge took, so that they are not taken back.
create table purged (
    space bytea not null,
    id bytea not null,
    primary key (space, id)
);

-- A device that was introduced: it may found the space, or come in with its person's root key.
create table introduced (
    space bytea not null,
    device bytea not null,
    sign bytea not null,
    made bigint not null,
    primary key (space, device)
);

-- Sessions; the nonce is unique, so that a challenge is answered once. `root`: the party that proved its root key,
-- for a device that no control record names yet.
create table session (
    space bytea not null,
    token bytea not null,
    nonce bytea not null,
    device bytea not null,
    root bytea,
    expires bigint not null,
    primary key (space, token)
);
create unique index session_nonce on session (space, nonce);

-- Invitation tokens for registration, hashed.
create table ticket (
    token bytea primary key,
    uses bigint not null,
    expires bigint not null
);

-- What all processes of this server share: the key of the challenges.
create table common (
    name text primary key,
    value bytea not null
);

-- Envelopes are ciphertext: trying to compress them costs time and gains nothing.
alter table log alter column envelope set storage external;
