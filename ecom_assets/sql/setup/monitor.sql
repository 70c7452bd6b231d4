-- What the warehouse may spend in a month, of this project or of others. At the quota it finishes
-- what runs and starts nothing more until the month ends or somebody raises the quota.
-- As ACCOUNTADMIN, which alone makes resource monitors and puts warehouses under them.
use role accountadmin;

create resource monitor if not exists :resource_monitor
with
credit_quota = :credit_quota
frequency = monthly
start_timestamp = immediately
triggers
on 80 percent do notify
on 100 percent do suspend;

alter resource monitor :resource_monitor set
credit_quota = :credit_quota;

alter warehouse :warehouse set
resource_monitor = :resource_monitor;
