"""SQL that folds the facts of a workspace-local day and channel into its daily row.

`days` holds (day, channel_id); the bounds of a day come from the workspace's timezone. The same
fold serves the rollup, which writes it, and the law, which compares it with what was written.
"""

FOLD = """
SELECT b.day, b.channel_id, conv.conversations, conv.responded,
       msg.messages_in, msg.messages_out, msg.delivered, msg.read, msg.failed,
       opened.leads_new, qualified.leads_qualified, converted.leads_converted, lost.leads_lost
FROM (
    SELECT d.day, d.channel_id,
           m.starts - CASE WHEN m.starts_twice THEN interval '1 hour' ELSE interval '0' END
             AS starts_at,
           m.ends - CASE WHEN m.ends_twice THEN interval '1 hour' ELSE interval '0' END AS ends_at
    FROM days AS d
    -- Where clocks go back over midnight, it strikes twice; a day begins with the first stroke.
    CROSS JOIN LATERAL (
        SELECT starts, ends,
               CAST((starts - interval '1 hour') AT TIME ZONE CAST(:timezone AS text) AS date)
                 = d.day AS starts_twice,
               CAST((ends - interval '1 hour') AT TIME ZONE CAST(:timezone AS text) AS date)
                 = d.day + 1 AS ends_twice
        FROM (
            SELECT CAST(d.day AS timestamp) AT TIME ZONE CAST(:timezone AS text) AS starts,
                   CAST(d.day + 1 AS timestamp) AT TIME ZONE CAST(:timezone AS text) AS ends
        ) AS midnight
    ) AS m
) AS b
CROSS JOIN LATERAL (
    SELECT count(*) AS conversations,
           count(*) FILTER (WHERE first_responded_at IS NOT NULL) AS responded
    FROM conversation
    WHERE workspace_id = :workspace_id AND channel_id = b.channel_id
      AND opened_at >= b.starts_at AND opened_at < b.ends_at
) AS conv
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE direction = 'in') AS messages_in,
           count(*) FILTER (WHERE direction = 'out') AS messages_out,
           count(*) FILTER (WHERE direction = 'out' AND status IN ('delivered', 'read'))
             AS delivered,
           count(*) FILTER (WHERE direction = 'out' AND status = 'read') AS read,
           count(*) FILTER (WHERE direction = 'out' AND status = 'failed') AS failed
    FROM message
    WHERE workspace_id = :workspace_id AND channel_id = b.channel_id
      AND sent_at >= b.starts_at AND sent_at < b.ends_at
) AS msg
CROSS JOIN LATERAL (
    SELECT count(*) AS leads_new FROM lead
    WHERE workspace_id = :workspace_id AND channel_id = b.channel_id
      AND opened_at >= b.starts_at AND opened_at < b.ends_at
) AS opened
CROSS JOIN LATERAL (
    SELECT count(*) AS leads_qualified FROM lead
    WHERE workspace_id = :workspace_id AND channel_id = b.channel_id
      AND qualified_at >= b.starts_at AND qualified_at < b.ends_at
) AS qualified
CROSS JOIN LATERAL (
    SELECT count(*) AS leads_converted FROM lead
    WHERE workspace_id = :workspace_id AND channel_id = b.channel_id
      AND converted_at >= b.starts_at AND converted_at < b.ends_at
) AS converted
CROSS JOIN LATERAL (
    SELECT count(*) AS leads_lost FROM lead
    WHERE workspace_id = :workspace_id AND channel_id = b.channel_id
      AND lost_at >= b.starts_at AND lost_at < b.ends_at
) AS lost
"""

FACTS = """
SELECT sent_at AS at, channel_id FROM message WHERE workspace_id = :workspace_id
UNION ALL SELECT opened_at, channel_id FROM conversation WHERE workspace_id = :workspace_id
UNION ALL SELECT unnest(ARRAY[opened_at, qualified_at, converted_at, lost_at]), channel_id
  FROM lead WHERE workspace_id = :workspace_id
"""

COUNTS = (
    "conversations",
    "responded",
    "messages_in",
    "messages_out",
    "delivered",
    "read",
    "failed",
    "leads_new",
    "leads_qualified",
    "leads_converted",
    "leads_lost",
)

MARK = """
INSERT INTO analytics_mark (workspace_id, day, channel_id)
SELECT DISTINCT CAST(:workspace_id AS uuid), CAST(t.at AT TIME ZONE w.timezone AS date),
                t.channel_id
FROM unnest(CAST(:channels AS uuid[]), CAST(:times AS timestamptz[])) AS t(channel_id, at)
JOIN workspace AS w ON w.id = :workspace_id
"""

# A day begins elsewhere in another timezone, so every day with facts in either one is folded
# again: those of the old one lose facts, and a rollup under way may still write by it.
MARK_EVERY_DAY = f"""
INSERT INTO analytics_mark (workspace_id, day, channel_id)
SELECT DISTINCT CAST(:workspace_id AS uuid), CAST(f.at AT TIME ZONE z.name AS date), f.channel_id
FROM ({FACTS}) AS f
CROSS JOIN (VALUES (CAST(:old AS text)), (CAST(:new AS text))) AS z(name)
WHERE f.at IS NOT NULL
"""

TAKE_MARKS = """
DELETE FROM analytics_mark
WHERE workspace_id = :workspace_id AND id IN (
    SELECT id FROM analytics_mark WHERE workspace_id = :workspace_id ORDER BY id LIMIT :limit
)
RETURNING day, channel_id
"""

ROLL_UP = f"""
WITH days AS (
    SELECT day, channel_id
    FROM unnest(CAST(:days AS date[]), CAST(:channels AS uuid[])) AS t(day, channel_id)
)
INSERT INTO analytics_daily (workspace_id, rolled_up_at, day, channel_id, {", ".join(COUNTS)})
SELECT CAST(:workspace_id AS uuid), CAST(:now AS timestamptz), f.* FROM ({FOLD}) AS f
ON CONFLICT (workspace_id, day, channel_id) DO UPDATE
SET rolled_up_at = excluded.rolled_up_at,
    {", ".join(f"{name} = excluded.{name}" for name in COUNTS)}
"""

# Days with facts or with a row, but without a mark: for those the row must equal the fold.
DRIFT = f"""
WITH days AS (
    SELECT day, channel_id FROM (
        SELECT CAST(at AT TIME ZONE CAST(:timezone AS text) AS date) AS day, channel_id
        FROM ({FACTS}) AS facts WHERE at IS NOT NULL
        UNION SELECT day, channel_id FROM analytics_daily WHERE workspace_id = :workspace_id
    ) AS everything
    EXCEPT SELECT day, channel_id FROM analytics_mark WHERE workspace_id = :workspace_id
)
SELECT f.day, f.channel_id
FROM ({FOLD}) AS f
LEFT JOIN analytics_daily AS r
  ON r.workspace_id = :workspace_id AND r.day = f.day AND r.channel_id = f.channel_id
WHERE ({", ".join(f"f.{name}" for name in COUNTS)})
   IS DISTINCT FROM ({", ".join(f"r.{name}" for name in COUNTS)})
ORDER BY f.day, f.channel_id LIMIT 50
"""
