# The same Debian and PostgreSQL client as the tests use.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin course \
    && install -d -o course -g course /data

WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes --no-deps -r requirements.txt
COPY . .

# Static files belong to the image, not to the volume, so that an upgrade brings its own. The key is for this step only.
ENV STATIC_ROOT=/app/collected DATA_DIR=/data
RUN SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q /app

USER course
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "wbl_course.wsgi"]
