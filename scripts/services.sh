# A throw-away PostgreSQL, Redis and S3 store for tests: own folder, own sockets, gone at exit.
# Sourced after tools.sh.

# as_postgres COMMAND...: PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp LC_ALL=C.UTF-8 "$@"; fi
}

SERVICES=
services_folder() {
  [ -n "$SERVICES" ] && return
  SERVICES=$(mktemp -d -p "${1:-${TMPDIR:-/tmp}}" space-test.XXXXXX)
  at_exit "rm -rf '$SERVICES'"
}

# has_room FOLDER MIB: whether so much is free there.
has_room() { [ -w "$1" ] && [ "$(df -Pm "$1" | awk 'NR == 2 { print $4 }')" -ge "$2" ]; }

# start_postgres [durable]: sets TEST_DATABASE_URL, the maintenance database of a cluster whose user may do
# anything. `durable` keeps what is committed, as figures ask for, and has memory as docs/operations.md says
# (a machine of 4 GB); else the data lives as long as the test, in memory where there is plenty: a database a
# test is a thousand small files.
start_postgres() {
  local bin folder="" manner="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  if [ "${1:-}" = durable ]; then
    manner="-c shared_buffers=1GB -c effective_cache_size=3GB -c max_wal_size=4GB"
  elif has_room /dev/shm 8000; then
    folder=/dev/shm
  fi
  bin=$(postgres_bin)
  services_folder "$folder"
  chmod 711 "$SERVICES"
  mkdir -m 700 "$SERVICES/pg"
  [ "$(id -u)" -ne 0 ] || chown postgres "$SERVICES/pg"
  (
    cd /
    as_postgres "$bin/initdb" -D "$SERVICES/pg/data" -N -A trust -U postgres -E UTF8 --locale=C.UTF-8
    as_postgres "$bin/pg_ctl" -D "$SERVICES/pg/data" -w -l "$SERVICES/pg/log" start -o "-k $SERVICES/pg \
      -c listen_addresses= $manner \
      -c max_connections=400 -c timezone=UTC -c max_locks_per_transaction=256"
  ) >"$LOGS/postgres.log" 2>&1 </dev/null || { cat "$LOGS/postgres.log" "$SERVICES/pg/log"; return 1; }
  at_exit "cd / && as_postgres '$bin/pg_ctl' -D '$SERVICES/pg/data' -m immediate -w stop >/dev/null; cd '$ROOT'"
  export TEST_DATABASE_URL="postgres://postgres@${SERVICES//\//%2F}%2Fpg/postgres"
}

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# Sets TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY, TEST_S3_SECRET_KEY.
start_s3() {
  local port pid
  services_folder
  port=$(free_port)
  e2e/node_modules/.bin/s3rver --directory "$SERVICES/s3" --address 127.0.0.1 --port "$port" --silent \
    --configure-bucket space-test >"$LOGS/s3.log" 2>&1 </dev/null &
  pid=$!
  at_exit "end $pid"
  until node -e 'fetch(process.argv[1]).then(() => {}, () => process.exit(1))' "http://127.0.0.1:$port/"; do
    kill -0 $pid 2>/dev/null || { cat "$LOGS/s3.log"; return 1; }
    sleep 0.05
  done
  export TEST_S3_ENDPOINT="http://127.0.0.1:$port" TEST_S3_BUCKET=space-test
  export TEST_S3_ACCESS_KEY=S3RVER TEST_S3_SECRET_KEY=S3RVER
}

# Sets TEST_REDIS_URL.
start_redis() {
  local port pid
  services_folder
  port=$(free_port)
  redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$SERVICES" \
    >"$LOGS/redis.log" 2>&1 </dev/null &
  pid=$!
  at_exit "end $pid"
  until redis-cli -p "$port" ping >/dev/null 2>&1; do
    kill -0 $pid 2>/dev/null || { cat "$LOGS/redis.log"; return 1; }
    sleep 0.05
  done
  export TEST_REDIS_URL="redis://127.0.0.1:$port"
}
