# docker build -t janvaani .   then see compose.yaml
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.12-slim
# ffmpeg only reads mp3 and m4a for `ivr recognize` and replays; calls never need it
RUN useradd --system --create-home --home-dir /var/lib/janvaani janvaani
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels janvaani && rm -r /wheels
USER janvaani
WORKDIR /var/lib/janvaani
ENV IVR_DATA_DIR=/var/lib/janvaani/data IVR_HOST=0.0.0.0 IVR_PORT=8000 IVR_LOG_JSON=true
VOLUME /var/lib/janvaani/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["ivr", "serve"]
