UPDATE raw.schema_version SET time_zone = 'UTC';
