# gan-exp in a container: docker build -t gan-exp . && docker run --rm -v "$PWD:/work" gan-exp run mine.yaml
#
# Results, specs and pictures are read and written in /work; `data get` fills /data, which a volume keeps:
#   docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:/work" -v gan-exp-data:/data gan-exp data get mnist
# It computes on the processor; a device behind a plugin wants an image with that plugin.

FROM swift:6.2-bookworm AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends binutils git make pkg-config libyaml-dev libdnnl-dev libsleef-dev libpng-dev \
    libjpeg-dev libwebp-dev zlib1g-dev nettle-dev \
  && if [ "$(uname -m)" = x86_64 ]; then apt-get install -y --no-install-recommends libxbyak-dev; fi \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# docker build --build-arg COMMIT=$(.ci/commit): the work tree's, which is not copied.
ARG COMMIT=
RUN GAN_EXP_COMMIT=$COMMIT .ci/dist --folder > /folder \
  && DESTDIR=/made "$(cat /folder)/install" --prefix /usr/local

# The Debian that it was built on: its C library is not copied.
FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libcurl4 libstdc++6 \
  && rm -rf /var/lib/apt/lists/* \
  && mkdir -p /work /data && chmod 1777 /work /data
COPY --from=build /made/usr/local/ /usr/local/
# Of any user, with a home or without.
ENV XDG_DATA_HOME=/data XDG_CACHE_HOME=/data/cache LANG=C.UTF-8
RUN gan-exp doctor --device cpu
WORKDIR /work
ENTRYPOINT ["gan-exp"]
CMD ["--help"]
