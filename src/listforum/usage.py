"""What `listforum --help` says. Apart from the parser, so that this page costs no more than starting Python."""

from listforum.words import N_

PAGE = N_(
    """\
usage: listforum [--home DIR] COMMAND ... [--json]

A terminal forum over the mailing lists you already get by e-mail.
Without a command it opens full screen.

First steps
  demo                      try it on a made-up list: no config, no network, nothing left behind
  setup                     make a config to fill in
  doctor                    check config, links, folders, archive and index, in words
  import FILE|DIR LIST      read files of mails into a list; needs no config and no link

Over the link
  sync [LIST...]            fetch what is new; --budget 200kB, --dry-run to see the price
  fetch POST|TOPIC|LIST     fetch texts that wait on the server, or an attachment
  send                      send what is queued
  ledger                    what went over the wire, by day, list or purpose

Reading, offline
  lists                     the lists, with unread
  topics LIST               the topics of a list, newest activity first
  show TOPIC                a topic with its posts
  read LIST|TOPIC           the same as plain text, to page, print or speak; --unread, --followed,
                            --unanswered and --outbox, of a list or of all
  search QUERY              search the archive
  mark ACTION WHAT          read, unread, follow, unfollow, mute, unmute, star, unstar

Writing, offline
  reply POST                queue an answer to a post, to the list; --private to its author
  post LIST                 queue a new post
  outbox                    what is to be sent, and how each stands

Upkeep, offline
  join POST PARENT          put a post under another
  split POST                make a post a topic of its own
  unjoin POST               take a join or a split back
  export FILE               write posts to an mbox file
  rebuild                   make topics and index anew from the archive

Options
  --home DIR                where listforum keeps everything (else $LISTFORUM_HOME)
  --json                    answer with one JSON document
  --version                 the version
  -h, --help                this page; after a command, help on that command

Exit code: 0 done, 1 could not, 2 wrong use, 130 interrupted.
"""
)
