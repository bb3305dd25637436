# One image for every command of hearsay; without arguments it takes part in the swarm of digits. docs/operating.md says how it is run.
#
# The Node of package.json's devDependencies, on which everything is tested.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /hearsay
COPY package.json package-lock.json ./
COPY tools/reference/package.json ./tools/reference/
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY tools ./tools
COPY charts ./charts
COPY src ./src
COPY peer ./peer
COPY simulations ./simulations
RUN npm run build && chmod +x dist/peer/hearsay.js

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /hearsay
COPY package.json package-lock.json ./
COPY tools/reference/package.json ./tools/reference/
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /hearsay
COPY --from=dependencies /hearsay/node_modules ./node_modules
COPY --from=build /hearsay/dist ./dist
COPY package.json LICENSE ./
# A volume that is made for one of these folders takes over its owner. A state is for nobody else to read.
RUN ln -s /hearsay/dist/peer/hearsay.js /usr/local/bin/hearsay && install -d -o node -g node /data && install -d -o node -g node -m 700 /state

# node, by its number: what checks that nobody runs as root knows no names.
USER 1000
# Recipes and data are mounted here.
WORKDIR /data
VOLUME /state
# For other peers, and for Prometheus and the health check below.
EXPOSE 4001 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:9464/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["hearsay"]
CMD ["peer", "--state", "/state", "--listen", "/ip4/0.0.0.0/tcp/4001", "--metrics", "0.0.0.0:9464"]
