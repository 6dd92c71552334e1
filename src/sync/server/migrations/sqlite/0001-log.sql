-- A space and its one log. `head` is the position of the newest envelope, taken under the row's lock and never
-- from a sequence: a sequence hands out numbers before their rows can be seen, and a cursor would step over them.
-- `controls` is the position of the newest control record. Dates are days since 1970.
create table space (
    id blob primary key,
    genesis blob,
    head integer not null,
    controls integer not null,
    bytes integer not null,
    purges integer not null,
    made integer not null,
    gone integer
) without rowid;

-- `mark` is the first eight bytes of the envelope's id, by which a purge finds it.
create table log (
    space blob not null,
    position integer not null,
    device blob not null,
    sequence integer not null,
    kind integer not null,
    mark integer not null,
    envelope blob not null
);
create unique index log_position on log (space, position);
create unique index log_sequence on log (space, device, sequence);
create index log_mark on log (space, mark);

-- The newest envelope of each device; `ended` when its account was deleted here.
create table tip (
    space blob not null,
    device blob not null,
    sequence integer not null,
    id blob not null,
    ended integer,
    primary key (space, device)
) without rowid;

-- Envelopes whose bodies a purge took, so that they are not taken back.
create table purged (
    space blob not null,
    id blob not null,
    primary key (space, id)
) without rowid;

-- A device that was introduced: it may found the space, or come in with its person's root key.
create table introduced (
    space blob not null,
    device blob not null,
    sign blob not null,
    made integer not null,
    primary key (space, device)
) without rowid;

-- Sessions; the nonce is unique, so that a challenge is answered once. `root`: the party that proved its root key,
-- for a device that no control record names yet.
create table session (
    space blob not null,
    token blob not null,
    nonce blob not null,
    device blob not null,
    root blob,
    expires integer not null,
    primary key (space, token)
) without rowid;
create unique index session_nonce on session (space, nonce);

-- Invitation tokens for registration, hashed.
create table ticket (
    token blob primary key,
    uses integer not null,
    expires integer not null
) without rowid;

-- What all processes of this server share: the key of the challenges.
create table common (
    name text primary key,
    value blob not null
) without rowid;
