#!/bin/sh
# Gets a token for this program itself, and calls the API with it.
set -eu
cd "$(dirname "$0")"
. ./.env

# The secret goes through standard input: arguments can be seen by everybody on this machine.
answer=$(printf '%s' "$CLIENT_SECRET" | curl --silent --show-error --fail-with-body "${ISSUER}oauth/token" \
  --data grant_type=client_credentials --data-urlencode "client_id=$CLIENT_ID" \
  --data-urlencode client_secret@- --data-urlencode "audience=$AUDIENCE"
) || { printf '%s\n' "$answer" >&2; exit 1; }
token=$(printf '%s' "$answer" | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')

printf 'Authorization: Bearer %s\n' "$token" |
  curl --silent --show-error --fail-with-body --header @- "${AUDIENCE}clients?fields=name,client_id&include_fields=true"
echo
