-- :count more rows of each list, for pagination over several pages: each is a copy of a row of fill.sql with
-- its own id. Ten share created_at, and the order of the ids differs from that of created_at. Run between
-- fill.sql and fill-relations.sql.

create temporary table many as
select (n * 7919) % 99991 as at, timestamptz '2023-01-01Z' + (n / 10) * interval '1 minute' as made
from generate_series(1, :count) as n;

insert into agents select copy.* from many, agents as row,
    jsonb_populate_record(row, jsonb_build_object(
        'uuid', pg_temp.fill_id(5, at + 1000), 'id', 'i-fill-' || at)) as copy
where row.id = 'i-fill-bare';

insert into container_registries select copy.* from many, container_registries as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(2, at + 1000), 'registry_name', 'fill.' || at)) as copy
where row.id = pg_temp.fill_id(2, 2);

insert into images select copy.* from many, images as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(3, at + 1000), 'name', 'fill.bare/tool:' || at, 'tag', at,
        'created_at', made)) as copy
where row.id = pg_temp.fill_id(3, 2);

insert into groups select copy.* from many, groups as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(22, at + 1000), 'name', 'fill-' || at, 'created_at', made)) as copy
where row.id = pg_temp.fill_id(22, 2);

insert into vfolders select copy.* from many, vfolders as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(8, at + 1000 + 100000 * right(row.id::text, 1)::int),
        'name', row.name || '-' || at, 'created_at', made)) as copy
where row.id::text like 'f0000008-%-00000000000_';

insert into sessions select copy.* from many, sessions as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(6, at + 1000), 'name', 'fill-' || at, 'created_at', made)) as copy
where row.id = pg_temp.fill_id(6, 1);

insert into kernels select copy.* from many, kernels as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(7, at + 1000), 'session_id', pg_temp.fill_id(6, at + 1000),
        'session_name', 'fill-' || at, 'created_at', made)) as copy
where row.id = pg_temp.fill_id(7, 1);

insert into endpoints select copy.* from many, endpoints as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(10, at + 1000), 'name', 'fill-' || at, 'created_at', made)) as copy
where row.id = pg_temp.fill_id(10, 2);

insert into endpoint_tokens select copy.* from many, endpoint_tokens as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(15, at + 1000), 'token', 'fill-' || at, 'created_at', made)) as copy
where row.id = pg_temp.fill_id(15, 2);

insert into endpoint_auto_scaling_rules select copy.* from many, endpoint_auto_scaling_rules as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(16, at + 1000), 'created_at', made)) as copy
where row.id = pg_temp.fill_id(16, 2);

insert into networks select copy.* from many, networks as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(18, at + 1000), 'name', 'fill-' || at, 'ref_name', 'fill-' || at,
        'created_at', made)) as copy
where row.id = pg_temp.fill_id(18, 2);

insert into audit_logs select copy.* from many, audit_logs as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(19, at + 1000), 'created_at', made)) as copy
where row.id = pg_temp.fill_id(19, 1);
