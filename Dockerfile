# The collector without a shell: Node, the program, its libraries. Run it with --read-only and a volume at /data.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY plugins plugins
RUN node_modules/.bin/tsc -p tsconfig.build.json

FROM node:24.21.0-bookworm-slim AS libraries
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
# An empty folder with an owner, for the volume: the last stage has no mkdir.
RUN install -d -o 65532 -g 65532 -m 0700 /empty/data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=libraries --chown=65532:65532 /empty/data /data
WORKDIR /app
COPY package.json ./
COPY --from=libraries /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY bin bin
COPY config config
ENV NODE_ENV=production BETALOGS_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 4318 4319 4320 13133
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/bin/healthcheck.js"]
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=16", "/app/dist/src/main.js"]
CMD ["run", "--config", "/app/config/container.yaml"]
