"""The tables, as a ladder of migrations: each entry brings a database from the version before it to its own.

An entry is never changed once released; a change is a new entry. The version is SQLite's `user_version`.
"""

from __future__ import annotations

from typing import Final

_FIRST: Final = """
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO meta VALUES ('change', '0');

CREATE TABLE list (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    name      TEXT NOT NULL UNIQUE,
    list_id   TEXT NOT NULL DEFAULT '',
    address   TEXT,
    read_only INTEGER NOT NULL DEFAULT 0,
    learned   INTEGER,
    tag       TEXT,
    prefixes  TEXT NOT NULL DEFAULT 'kept' CHECK (prefixes IN ('kept', 'lost'))
);

-- every posting address that mails of a list ever named, in lower case: none of them is a person's
CREATE TABLE list_address (
    list    INTEGER NOT NULL REFERENCES list (id),
    address TEXT NOT NULL,
    PRIMARY KEY (list, address)
) WITHOUT ROWID;

CREATE TABLE post (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    subject    TEXT NOT NULL,
    author     TEXT NOT NULL,
    address    TEXT,
    anonymous  INTEGER NOT NULL DEFAULT 0,
    sent       INTEGER,
    arrived    INTEGER,
    date       INTEGER NOT NULL,
    replied    INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('header', 'text', 'whole')),
    digest     BLOB,
    base       TEXT NOT NULL,
    reply_like INTEGER NOT NULL DEFAULT 0,
    burst      INTEGER NOT NULL DEFAULT 0,
    family     INTEGER NOT NULL DEFAULT 0,
    topic      INTEGER NOT NULL,
    read       INTEGER NOT NULL DEFAULT 0,
    change     INTEGER NOT NULL
);
CREATE INDEX post_topic ON post (topic, date, id);
-- a topic, and all that branched off it or that it branched off
CREATE INDEX post_family ON post (family);
CREATE INDEX post_base ON post (base, date) WHERE base <> '';
CREATE UNIQUE INDEX post_change ON post (change);
CREATE INDEX post_date ON post (date, id);
CREATE INDEX post_waiting ON post (date) WHERE state = 'header';
-- what there is to read on: unread, and here
CREATE INDEX post_readable ON post (topic) WHERE read = 0 AND state <> 'header';

-- the last posts that came from one topic to another, or are gone: who holds the topics of all posts keeps up by it
CREATE TABLE moved (
    nth  INTEGER PRIMARY KEY,
    post INTEGER NOT NULL
);
CREATE TRIGGER post_moved AFTER UPDATE OF topic ON post WHEN old.topic <> 0 AND new.topic <> old.topic
BEGIN INSERT INTO moved (post) VALUES (new.id); DELETE FROM moved WHERE nth <= last_insert_rowid() - 10000; END;
CREATE TRIGGER post_gone AFTER DELETE ON post
BEGIN INSERT INTO moved (post) VALUES (old.id); DELETE FROM moved WHERE nth <= last_insert_rowid() - 10000; END;

-- posts that were there once: what was derived from them is to be taken away, as a change of its own
CREATE TABLE gone (
    post   INTEGER PRIMARY KEY,
    change INTEGER NOT NULL
);
CREATE UNIQUE INDEX gone_change ON gone (change);

-- for mails without an id of their own: whether another one of that moment is the same
CREATE INDEX post_sent ON post (sent, digest) WHERE sent IS NOT NULL;

-- which posts the mails in a digest are; `alone` as long as a post is known from digests only, and never came singly
CREATE TABLE member (
    digest INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    nth    INTEGER NOT NULL,
    post   INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    alone  INTEGER NOT NULL,
    PRIMARY KEY (digest, nth)
) WITHOUT ROWID;
CREATE INDEX member_post ON member (post);

CREATE TABLE post_list (
    list INTEGER NOT NULL REFERENCES list (id),
    post INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    PRIMARY KEY (list, post)
) WITHOUT ROWID;
CREATE INDEX post_list_post ON post_list (post);

CREATE TABLE known_as (
    message_id TEXT NOT NULL,
    post       INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    PRIMARY KEY (message_id, post)
) WITHOUT ROWID;
CREATE INDEX known_as_post ON known_as (post);

CREATE TABLE referred (
    post       INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    nth        INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (post, nth)
) WITHOUT ROWID;
CREATE INDEX referred_message_id ON referred (message_id, post);

CREATE TABLE content (
    post   INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    header BLOB,
    raw    BLOB
);

CREATE TABLE part (
    post        INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    nth         INTEGER NOT NULL,
    section     TEXT NOT NULL,
    type        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    charset     TEXT NOT NULL,
    encoding    TEXT NOT NULL,
    name        TEXT,
    attached    INTEGER NOT NULL,
    flowed      INTEGER NOT NULL,
    delsp       INTEGER NOT NULL,
    alternative TEXT,
    decoded     INTEGER NOT NULL DEFAULT 0,
    ended       INTEGER NOT NULL DEFAULT 0,
    here        INTEGER,
    heading     TEXT,
    content     BLOB,
    PRIMARY KEY (post, nth)
) WITHOUT ROWID;

-- the files of a post, `shown` those that are read as its text; worked out of its parts
CREATE TABLE file (
    post  INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    nth   INTEGER NOT NULL,
    name  TEXT NOT NULL,
    type  TEXT NOT NULL,
    shown INTEGER NOT NULL,
    PRIMARY KEY (post, nth)
) WITHOUT ROWID;

-- what follows the beginning of a part that stands in its own row, each packed by itself; together `here` bytes
CREATE TABLE piece (
    post    INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    nth     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (post, nth, at)
);

CREATE TABLE own_words (
    post INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    text BLOB NOT NULL
);

-- what samples of the posts' own words stand for: where somebody quotes them, the same hashes come up
CREATE TABLE sample (
    post     INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    shingles BLOB NOT NULL
);

-- the samples by hash; rows of posts that are gone are harmless, for a post's number is never used again
CREATE TABLE shingle (
    hash INTEGER NOT NULL,
    post INTEGER NOT NULL,
    PRIMARY KEY (hash, post)
) WITHOUT ROWID;

-- what a post quotes: samples of it, whom the line above names, and the post it was found in
CREATE TABLE passage (
    post     INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    nth      INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    lines    INTEGER NOT NULL,
    claim    TEXT NOT NULL,
    shingles BLOB NOT NULL,
    source   INTEGER REFERENCES post (id) ON DELETE SET NULL,
    PRIMARY KEY (post, nth)
) WITHOUT ROWID;
CREATE INDEX passage_source ON passage (source) WHERE source IS NOT NULL;

-- the parent that a post's words suggest, where no header names one that is here
CREATE TABLE suggestion (
    child      INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    parent     INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    reason     TEXT NOT NULL,
    confidence REAL NOT NULL,
    grounds    TEXT NOT NULL
);
CREATE INDEX suggestion_parent ON suggestion (parent);

CREATE TABLE place (
    account     TEXT NOT NULL,
    folder      TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    post        INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    PRIMARY KEY (account, folder, uidvalidity, uid)
) WITHOUT ROWID;
CREATE INDEX place_post ON place (post);

CREATE TABLE cursor (
    account     TEXT NOT NULL,
    folder      TEXT NOT NULL,
    list        INTEGER NOT NULL REFERENCES list (id),
    uidvalidity INTEGER NOT NULL,
    covered     TEXT NOT NULL,
    floor       INTEGER NOT NULL,
    history     INTEGER NOT NULL,
    older       INTEGER NOT NULL,
    direct      INTEGER NOT NULL,
    PRIMARY KEY (account, folder, list)
) WITHOUT ROWID;

CREATE TABLE set_aside (
    list        INTEGER NOT NULL REFERENCES list (id),
    account     TEXT NOT NULL,
    folder      TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    missing     TEXT NOT NULL CHECK (missing IN ('mail', 'text')),
    times       INTEGER NOT NULL,
    PRIMARY KEY (list, account, folder, uidvalidity, uid)
) WITHOUT ROWID;

CREATE TABLE edge (
    child      INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    parent     INTEGER,
    reason     TEXT,
    confidence REAL NOT NULL,
    missing    TEXT,
    ghost      TEXT,
    branch     INTEGER NOT NULL DEFAULT 0,
    grounds    TEXT
);
CREATE INDEX edge_parent ON edge (parent) WHERE parent IS NOT NULL;
CREATE INDEX edge_ghost ON edge (ghost) WHERE ghost IS NOT NULL;

CREATE TABLE verdict (
    post   INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES post (id) ON DELETE CASCADE,
    given  INTEGER NOT NULL
);
CREATE INDEX verdict_parent ON verdict (parent) WHERE parent IS NOT NULL;

CREATE TABLE topic (
    id      INTEGER PRIMARY KEY,
    root    INTEGER NOT NULL,
    posts   INTEGER NOT NULL,
    unread  INTEGER NOT NULL,
    people  INTEGER NOT NULL,
    started INTEGER NOT NULL,
    last    INTEGER NOT NULL
);

CREATE INDEX topic_last ON topic (last);

CREATE TABLE topic_list (
    list  INTEGER NOT NULL,
    topic INTEGER NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
    last  INTEGER NOT NULL,
    PRIMARY KEY (list, topic)
) WITHOUT ROWID;
CREATE INDEX topic_list_last ON topic_list (list, last);
CREATE INDEX topic_list_topic ON topic_list (topic);

CREATE TABLE mark (
    post INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('follow', 'mute', 'star')),
    PRIMARY KEY (post, kind)
) WITHOUT ROWID;

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL,
    list       INTEGER NOT NULL REFERENCES list (id),
    state      TEXT NOT NULL
               CHECK (state IN ('draft', 'queued', 'sending', 'uncertain', 'sent', 'on the list', 'failed')),
    sender     TEXT NOT NULL,
    recipients TEXT NOT NULL,
    public     INTEGER NOT NULL,
    subject    TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    mail       BLOB NOT NULL,
    post       INTEGER REFERENCES post (id) ON DELETE SET NULL,
    answered   INTEGER REFERENCES post (id) ON DELETE SET NULL,
    error      TEXT,
    queued     INTEGER NOT NULL,
    tried      INTEGER
);
CREATE INDEX outbox_post ON outbox (post);
CREATE INDEX outbox_answered ON outbox (answered);

CREATE TABLE draft (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL CHECK (kind IN ('reply', 'private', 'post')),
    list    TEXT NOT NULL,
    post    INTEGER REFERENCES post (id) ON DELETE SET NULL,
    subject TEXT NOT NULL,
    text    BLOB NOT NULL,
    saved   INTEGER NOT NULL
);
CREATE INDEX draft_post ON draft (post);

-- searches that the person keeps; `folded` is the name as it is compared
CREATE TABLE saved_search (
    folded TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    words  TEXT NOT NULL
) WITHOUT ROWID;

-- what the person searched for, where they want that kept; the larger `nth`, the later
CREATE TABLE sought (
    nth   INTEGER PRIMARY KEY,
    words TEXT NOT NULL UNIQUE
);

CREATE TABLE ledger (
    day     TEXT NOT NULL,
    list    TEXT NOT NULL,
    purpose TEXT NOT NULL,
    up      INTEGER NOT NULL,
    down    INTEGER NOT NULL,
    times   INTEGER NOT NULL DEFAULT 0,
    size    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, list, purpose)
) WITHOUT ROWID;
"""

MIGRATIONS: Final[tuple[str, ...]] = (_FIRST,)
