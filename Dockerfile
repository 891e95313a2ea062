# syntax=docker/dockerfile:1
# The server with the web client in one image; the database comes from outside (DATABASE_URL).

FROM node:20-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
# Debian's own Node.js is older than what the build asks for.
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
# The same scripts as `make run`.
RUN scripts/build-web.sh
RUN cargo build --release --locked -p api && strip target/release/api

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data space \
 && install -d -o space -g space -m 700 /data
COPY --from=build /src/target/release/api /usr/local/bin/api
COPY --from=build /src/dist /usr/share/the-space/web
USER space
WORKDIR /data
ENV SPACE_LISTEN=0.0.0.0:8080 \
    SPACE_DATA_DIR=/data \
    SPACE_WEB_DIR=/usr/share/the-space/web \
    SPACE_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["api", "health"]
ENTRYPOINT ["api"]
CMD ["serve"]
