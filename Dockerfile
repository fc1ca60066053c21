# Both images are pinned by version: raise them together with a look at their release notes.
FROM docker.io/library/node:24.19.0-bookworm-slim AS node
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM node AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

# What a running service never reads goes: 164 MB become 35. tools/slim-modules.ts says what and why.
FROM node AS modules
RUN npm ci --omit=dev --ignore-scripts
COPY tools/slim-modules.ts tools/slim-modules.ts
RUN node tools/slim-modules.ts .

# Node alone on the Debian it was built for: neither npm nor yarn, and 40 MB less than the Node image.
# (On arm64 Node also needs libatomic1: add it here.)
FROM docker.io/library/debian:12.15-slim
LABEL org.opencontainers.image.title="vestnik" org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin vestnik
COPY --from=node /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY package.json LICENSE ./
COPY migrations migrations
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps HOST=0.0.0.0 PORT=3000
USER vestnik
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
