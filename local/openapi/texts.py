"""The texts of the API's description, in Chinese and English."""

from typing import Any

TITLE = "AmazingData Cloud"
DESCRIPTION = """\
中国市场行情数据服务:K线、证券信息、交易日历、财务数据,以及缓存的检测与补齐。

Market data of China's exchanges, and a managed cache that knows what it is missing.

Every answer is an envelope `{"code", "message", "data"}`; `code` is the HTTP status. Answers with \
data that may be incomplete say in `meta` how complete they are. Days are `YYYYMMDD` (requests \
take `YYYY-MM-DD` as well), times are Asia/Shanghai, prices and amounts are in yuan, and \
unadjusted unless `adjust` asks otherwise. In a range `start_date` must not be after `end_date`.

Log in at `POST /auth/login` and send `Authorization: Bearer {access_token}` with every other call.
"""

TAGS = {
    "auth": "认证 · Login and users",
    "configs": "SDK配置 · Connections to the vendor's SDK servers",
    "base": "基础数据 · Securities, industries and trading calendars",
    "index": "指数数据 · Members of indices, and their weights",
    "stock": "股票数据 · K-lines of stocks, indices and funds",
    "future": "期货数据 · K-lines of futures",
    "cache": "缓存管理 · What the cache lacks, tasks that fill it, main contracts",
    "finance": "财务数据 · Financial statements",
    "exports": "数据发布 · Files of published rows, and what has changed",
    "status": "服务状态 · The source, and who uses it",
    "mcp": "智能体 · The door for agents: the Model Context Protocol",
    "docs": "文档 · This description",
}

PARAMETERS: dict[str, str] = {
    "adjust_anchor": "前复权基准日 (YYYYMMDD) · With `adjust=forward`: prices as of this day, "
    "on which nothing later has any influence",
    "adjust": "复权: none 不复权, forward 前复权, backward 后复权 · Prices as they were, or "
    "adjusted for payouts, or for rolls of the main contract, so that those of an anchor day stay, "
    "which `meta` names",
    "asset": "文件名 · A file of the page",
    "clear_lost": "Clear lost blocks even if the bucket seems to be the wrong one",
    "code": "证券代码, 如 600000.SH, sh600000, 600000.XSHG, IF2401.CFFEX · A security's code, also "
    "as other services write it",
    "codes": "代码列表, 最多500个, 如 600000.SH, sh600000, 600000.XSHG, IF2401.CFFEX; 须带交易所 · "
    "Codes, at most 500 different ones, also as other services write them; one that lacks its "
    "exchange is refused",
    "contract_type": "合约类型: main 仅限期货 · `main` is possible with `future` only",
    "end_date": "结束日期 (YYYYMMDD 或 YYYY-MM-DD) · Last day",
    "dataset": "数据集 · A kind of rows, such as `stock.daily`",
    "count": "最近K线数量 · The number of the last bars of each code up to `end_date`, by default "
    "the last final day, in place of `start_date`; days without a bar do not count",
    "data_type": "数据类型: bars K线, status 状态, statements 财务报表 · What of them; the "
    "status is that of stocks with period_type daily",
    "date": "日期 (YYYYMMDD 或 YYYY-MM-DD) · Day; by default today for codes, and the last final "
    "day for members and weights",
    "email": "邮箱 · E-mail address",
    "fields": "字段 · Only these columns, beside those of time",
    "format": "格式: rows 行, columns 列, csv 表格 · An object a row, an array a column, or one "
    "table of all codes; `Accept: text/csv` asks for the table, too",
    "host": "服务器地址 · Host name or IP address",
    "id": "编号 · Number",
    "include": "附加内容: status 状态 · Adds the columns of the status of stocks to daily bars",
    "industry": "行业代码 · An industry's code",
    "is_active": "是否激活 · Whether the user may log in",
    "is_default": "是否默认配置 · Whether it replaces the current default",
    "limit": "最多返回数量 · Maximum number of results",
    "local_path": "本地路径 · The SDK's folder for its own files",
    "market": "市场代码 · Exchange",
    "meta_line": "首行说明 · Whether a CSV table begins with a line `# {…}` that says `meta`",
    "method": "换月复权方法: ratio 比例, difference 价差 · How the prices of two contracts are "
    "joined at a roll",
    "name": "名称 · A name of your choice",
    "new_password": "新密码 · New password, at least 10 characters and hard to guess",
    "old_password": "旧密码 · Present password",
    "page": "页码 · Page, from 1 on",
    "page_size": "每页数量 · Entries on a page",
    "part": "分区 · A year, a day of the running year, or `all`",
    "password": "密码 · Password; never shown again",
    "period": "周期 · How much time a bar spans",
    "period_type": "周期类型 · How long a bar is; with `finance`, and only then, a statement",
    "port": "端口号 · TCP port",
    "q": "搜索词 · Part of a code or of a name; an empty one finds everything",
    "dry_run": "只预估 · Return what the task would do, without starting it or writing anything.",
    "recheck_absent": "Ask the source again for days for which it once had no data",
    "revision": "版本 · The revision of the file; superseded ones stay for a day",
    "role": "角色 · `admin` may do everything, `user` may only read",
    "rule": "换月规则: oi 按持仓量, volume 按成交量 · What decides which contract is main",
    "security_type": "证券类型 · Type of security",
    "sort": "排序: code 代码, missing 缺失在前并给出合计 · Codes in their order, or those that "
    "lack most first, with the totals of all of them",
    "since": "游标 · The cursor of an earlier answer; by default, everything",
    "start_date": "开始日期 (YYYYMMDD 或 YYYY-MM-DD) · First day",
    "statement_type": "报表类型 · Which statements",
    "status": "任务状态 · Only tasks that have come so far",
    "task_type": "任务类型 · Only tasks that do this",
    "with_errors": "是否只列出出错的任务 · Only tasks that failed, or ended with codes in error",
    "task_id": "任务ID · The task's number",
    "trade_date": "交易日期 (YYYYMMDD 或 YYYY-MM-DD) · Day; main contracts: by default the last "
    "one that is final; status: that of all stocks, in place of codes and a range",
    "universe": "成分股所属指数 · An index, whose members on each day are meant, in place of codes",
    "user_id": "用户ID · The user's number",
    "username": "用户名 · User name",
    "varieties": "品种列表, 最多50个 · Varieties, in any case, at most 50 different ones",
    "year": "年份 (YYYY) · Only this year",
}

IF_NONE_MATCH = "The ETag of an earlier answer: 304 if nothing has changed since"

ERRORS: dict[int, tuple[str, str, dict[str, Any]]] = {
    400: (
        "请求参数错误 · A parameter is missing, wrong or unknown; `errors` names each",
        "start_date: must be a day that exists, as YYYYMMDD or YYYY-MM-DD, not '20240230'",
        {
            "key": "invalid_parameters",
            "errors": [
                {
                    "field": "start_date",
                    "reason": "must be a day that exists, as YYYYMMDD or YYYY-MM-DD, "
                    "not '20240230'",
                    "key": "not_a_day",
                    "params": {"given": "20240230"},
                }
            ],
        },
    ),
    401: (
        "未授权 · The token is missing, invalid or expired",
        "the token is missing, invalid or expired: log in at /auth/login",
        {"key": "not_logged_in"},
    ),
    403: (
        "禁止访问 · The login may not do that",
        "this needs the role admin",
        {"key": "role_needed", "params": {"role": "admin"}},
    ),
    404: (
        "资源不存在 · The requested thing does not exist",
        "there is no task 7",
        {"key": "unknown_task", "params": {"task": 7}},
    ),
    409: (
        "冲突 · The thing is in a state that does not allow this",
        "task 7 has ended already: completed",
        {"key": "task_ended", "params": {"task": 7}},
    ),
    413: (
        "请求过大 · The request is larger than 4 MB",
        "the request is larger than 4 MB (4194304 bytes)",
        {"key": "request_too_large"},
    ),
    415: (
        "不支持的媒体类型 · The body is packed otherwise than by gzip or deflate",
        "the body must be JSON, plain or with the Content-Encoding gzip or deflate",
        {"key": "wrong_media_type"},
    ),
    429: (
        "请求过多 · Slow down; Retry-After says for how many seconds",
        "too many requests: slow down",
        {"key": "too_many_requests"},
    ),
    500: (
        "服务器内部错误 · Our fault; the log has the cause under the request's id",
        "internal server error",
        {"key": "internal_error", "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
    ),
    502: (
        "上游错误 · The source returned something that cannot be used",
        "the source answered with something that cannot be used",
        {"key": "upstream_unusable", "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
    ),
    503: (
        "上游繁忙 · The source is busy or silent; a retry helps",
        "the upstream is busy",
        {"key": "upstream_busy", "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
    ),
    504: (
        "网关超时 · The gateway had no answer in time; a retry helps",
        "the service did not answer in time",
        {"key": "no_answer"},
    ),
}
"""Status → its meaning, an example of the message, and further fields of the envelope."""
