"""The keys of errors, and their words in both languages.

A key says for a machine what the English text of an error says for a developer: one for each thing
that a caller can act on differently. A key never changes its meaning; new ones may come. What
clients and documents have of these words is generated, see `local.keys`.
"""

from typing import NamedTuple


class Key(NamedTuple):
    """What is said where a key stands.

    Attributes
    ----------
    english, chinese : str
        Templates: `{name}` is the value of that name in `params`. Those of a wrong parameter follow
        its name.
    params : tuple of str
        The names of all values in `params`.
    """

    english: str
    chinese: str
    params: tuple[str, ...] = ()


FIELDS = {
    "required": Key("is required", "必填"),
    "unknown_parameter": Key("is not a parameter of this call", "此接口没有这个参数"),
    "given_twice": Key("is given more than once", "重复给出"),
    "one_needed": Key("is required, or instead: {others}", "必填，或改用：{others}", ("others",)),
    "needed_with": Key("is required together with {other}", "须与 {other} 一起给出", ("other",)),
    "not_with": Key("is not possible together with {other}", "不能与 {other} 一起使用", ("other",)),
    "only_with": Key("is only possible with {needed}", "只能用于 {needed}", ("needed",)),
    "does_not_fit": Key("does not fit {other}", "与 {other} 不相符", ("other",)),
    "not_text": Key("must be text", "须为文本"),
    "not_a_whole_number": Key("must be a whole number of at most 18 digits", "须为整数，最多18位"),
    "not_true_or_false": Key("must be true or false", "须为 true 或 false"),
    "not_a_list": Key("must be a list of texts", "须为文本列表"),
    "not_an_object": Key("must be a JSON object", "须为 JSON 对象"),
    "not_json": Key("must be JSON", "须为 JSON"),
    "not_one_of": Key("must be one of {allowed}", "须为以下之一：{allowed}", ("allowed",)),
    "too_short": Key("must have at least {least} characters", "至少 {least} 个字符", ("least",)),
    "too_long": Key("must have at most {most} characters", "最多 {most} 个字符", ("most",)),
    "wrong_length": Key(
        "must have {least} to {most} characters", "须为 {least} 至 {most} 个字符", ("least", "most")
    ),
    "too_small": Key("must be at least {least}", "不能小于 {least}", ("least",)),
    "too_large": Key("must be at most {most}", "不能大于 {most}", ("most",)),
    "wrong_count": Key(
        "must be 1 to {most} different ones, not {given}",
        "须为 1 至 {most} 个不同的值，现为 {given} 个",
        ("most", "given"),
    ),
    "control_characters": Key("must not contain control characters", "不能含有控制字符"),
    "wrong_form": Key("has a form that is not possible here", "格式不正确"),
    "not_a_day": Key(
        "must be a day that exists, as 20240131 or 2024-01-31, not “{given}”",
        "须为存在的日期，如 20240131 或 2024-01-31，而不是“{given}”",
        ("given",),
    ),
    "after_end": Key("must not be after the end of the range", "不能晚于结束日期"),
    "day_too_early": Key("must not be before {first}", "不能早于 {first}", ("first",)),
    "day_too_late": Key("must not be after {last}", "不能晚于 {last}", ("last",)),
    "not_a_trading_day": Key("must be a trading day; {day} is none", "{day} 不是交易日", ("day",)),
    "not_a_code": Key(
        "must be a code such as 600000.SH or IF2401.CFE, not “{given}”",
        "须为代码，如 600000.SH 或 IF2401.CFE，而不是“{given}”",
        ("given",),
    ),
    "no_exchange": Key(
        "needs the exchange of {codes}, as in 600000.SH",
        "{codes} 须带交易所，如 600000.SH",
        ("codes",),
    ),
    "exchange_unclear": Key(
        "needs the exchange of {codes}, as in 600000.SH. Possible: {candidates}",
        "{codes} 须带交易所，如 600000.SH。可能是：{candidates}",
        ("codes", "candidates"),
    ),
    "not_a_variety": Key("must be varieties such as IF or RB", "须为品种，如 IF 或 RB"),
    "wrong_member_count": Key(
        "had {count} members in the range; 1 to {most} are possible",
        "该区间内有 {count} 个成分，须为 1 至 {most} 个",
        ("count", "most"),
    ),
    "too_much": Key(
        "asks for too much, at most {most}: shorten the range or take fewer codes",
        "所求过多，上限 {most}：请缩短区间或减少代码",
        ("most",),
    ),
    "weak_password": Key(
        "is too easy to guess: no common words, dates, keyboard patterns or own names",
        "太容易被猜到：请避免常见词、日期、键盘序列和自己的名字",
    ),
    "wrong_password": Key("is wrong", "不正确"),
    "same_password": Key("must not be the old one", "不能与旧密码相同"),
    "not_a_host": Key(
        "must be a host name or an IP address, without scheme, path and port",
        "须为主机名或 IP 地址，不带协议、路径和端口",
    ),
    "nothing_to_change": Key(
        "must have at least one of {fields}", "至少给出 {fields} 之一", ("fields",)
    ),
    "invalid": Key("is not valid", "无效"),
}
"""Of a wrong parameter, in `errors`."""

CALLS = {
    "invalid_parameters": Key("Some parameters are wrong; see errors.", "参数有误，见 errors。"),
    "bad_request": Key("The gateway cannot read the request.", "网关无法读取该请求。"),
    "not_logged_in": Key("Log in, or log in again.", "请登录或重新登录。"),
    "wrong_login": Key("The user name or the password is wrong.", "用户名或密码不正确。"),
    "deactivated": Key("This user has been deactivated.", "该用户已停用。"),
    "role_needed": Key("This needs the role {role}.", "此操作需要角色 {role}。", ("role",)),
    "forbidden": Key("This login may not do that.", "当前登录无权执行此操作。"),
    "no_usage_plan": Key(
        "The deployment has no usage plan for this login.", "部署中没有适用于此登录的使用计划。"
    ),
    "firewall": Key("The deployment's firewall refuses the request.", "部署的防火墙拒绝了该请求。"),
    "unknown_path": Key("There is no such path.", "没有这个路径。"),
    "method_not_allowed": Key(
        "Only {allowed} is possible here.", "此处只能使用 {allowed}。", ("allowed",)
    ),
    "not_found": Key("The requested thing does not exist.", "所请求的内容不存在。"),
    "unknown_codes": Key("No such codes: {codes}.", "没有这些代码：{codes}。", ("codes",)),
    "unknown_varieties": Key(
        "No such varieties: {varieties}.", "没有这些品种：{varieties}。", ("varieties",)
    ),
    "unknown_group": Key(
        "There is no index or industry {code}.", "没有指数或行业 {code}。", ("code",)
    ),
    "unknown_task": Key("There is no task {task}.", "没有任务 {task}。", ("task",)),
    "unknown_user": Key("There is no user {user}.", "没有用户 {user}。", ("user",)),
    "unknown_sdk_config": Key(
        "There is no SDK config {config}.", "没有SDK配置 {config}。", ("config",)
    ),
    "no_result": Key("Task {task} has no result.", "任务 {task} 没有结果。", ("task",)),
    "not_published": Key("Nothing is published by this name.", "没有以此名称发布的内容。"),
    "no_trading_day": Key(
        "{market} has no known trading day beside {day}.",
        "{market} 在 {day} 前后没有已知的交易日。",
        ("market", "day"),
    ),
    "name_taken": Key("The name {name} is taken.", "名称 {name} 已被使用。", ("name",)),
    "try_again": Key("Others changed the same at once: try again.", "同时有其他更改，请重试。"),
    "own_account": Key(
        "Nobody can deactivate or demote themselves: another administrator can.",
        "不能停用自己或取消自己的管理员角色，请由另一位管理员操作。",
    ),
    "task_ended": Key("Task {task} has ended already.", "任务 {task} 已经结束。", ("task",)),
    "task_running": Key(
        "Task {task}, or its work, is still going on.", "任务 {task} 或其工作仍在进行。", ("task",)
    ),
    "nothing_failed": Key(
        "Nothing in task {task} failed.", "任务 {task} 没有失败的部分。", ("task",)
    ),
    "work_list_gone": Key(
        "The work list is not kept any more: make a new task.", "工作清单已不再保留，请新建任务。"
    ),
    "main_contracts_unknown": Key(
        "Main contracts from {start_date} to {end_date} are unknown: fill the daily bars of all "
        "futures first.",
        "{start_date} 至 {end_date} 的主力合约未知，请先补齐全部期货日线。",
        ("start_date", "end_date"),
    ),
    "never_main": Key(
        "None of the codes was a main contract from {start_date} to {end_date}.",
        "{start_date} 至 {end_date} 期间，所给代码均非主力合约。",
        ("start_date", "end_date"),
    ),
    "calendar_ended": Key(
        "This passes the last known day of the trading calendar.", "超出了已知交易日历的最后一天。"
    ),
    "conflict": Key("This is not possible in the current state.", "当前状态不允许此操作。"),
    "request_too_large": Key("The request is larger than 4 MB.", "请求超过 4 MB。"),
    "wrong_media_type": Key(
        "The body must be JSON, plain or packed by gzip or deflate.",
        "请求体须为 JSON，可用 gzip 或 deflate 压缩。",
    ),
    "too_many_requests": Key("Too many requests: slow down.", "请求过于频繁，请放慢。"),
    "quota_used_up": Key("The daily quota is used up.", "当日配额已用完。"),
    "login_locked": Key(
        "Too many failed logins: wait {seconds} s.",
        "登录失败次数过多，请等待 {seconds} 秒。",
        ("seconds",),
    ),
    "service_busy": Key("The service is busy: try again.", "服务正忙，请重试。"),
    "no_answer": Key("The service did not answer in time.", "服务未能及时应答。"),
    "upstream_failed": Key("The source failed: try again.", "数据源出错，请重试。"),
    "upstream_busy": Key("The source is busy: try again.", "数据源正忙，请重试。"),
    "upstream_timeout": Key("The source did not answer in time.", "数据源未能及时应答。"),
    "upstream_unreachable": Key("The source cannot be reached.", "无法连接数据源。"),
    "upstream_session_lost": Key("The source ended the session.", "数据源中断了会话。"),
    "upstream_crashed": Key(
        "The process that talks to the source died: try again.",
        "与数据源通信的进程已崩溃，请重试。",
    ),
    "upstream_closed": Key(
        "The source does not answer at this hour.", "数据源在此时段不提供服务。"
    ),
    "upstream_login_refused": Key(
        "The source refused the account or its password.", "数据源拒绝了账号或密码。"
    ),
    "upstream_quota_used_up": Key("The source's quota is used up.", "数据源的配额已用完。"),
    "upstream_blacklisted": Key(
        "The source refuses this service's address for hours.",
        "数据源已将本服务的地址列入黑名单，数小时后再试。",
    ),
    "upstream_not_permitted": Key(
        "The account at the source has no permission for this.", "数据源账号没有此数据的权限。"
    ),
    "upstream_lacks_data": Key("The source has no data of this kind.", "数据源没有此类数据。"),
    "upstream_not_set_up": Key(
        "The source is not set up: its software or its account is missing.",
        "数据源尚未配置：缺少软件或账号。",
    ),
    "upstream_unusable": Key(
        "The source returned something that cannot be used.", "数据源返回了无法使用的内容。"
    ),
    "internal_error": Key("Internal error; the log has the cause.", "服务内部错误，原因见日志。"),
}
"""Of a call that failed, beside `message`."""

TASKS = {
    "codes_failed": Key(
        "{failed} of {total} codes have errors.",
        "{total} 个代码中有 {failed} 个出错。",
        ("failed", "total"),
    ),
    "rows_set_aside": Key("Rows failed a check and were set aside.", "有数据未通过检查，已隔离。"),
    "source_failed": Key("The source could not deliver it.", "数据源未能提供。"),
    "remarks": Key("Remarks in the result: {count}.", "结果中有 {count} 条备注。", ("count",)),
    "took_too_long": Key("It took too long.", "耗时过长。"),
    "not_reached": Key("It was not reached.", "未能执行到。"),
    "written_meanwhile": Key(
        "Others kept writing the same block.", "同一数据块不断被其他任务写入。"
    ),
    "block_damaged": Key(
        "A stored block cannot be read: verify the store.", "有存储的数据块无法读取，请运行校验。"
    ),
    "blocks_contradict": Key(
        "Stored blocks that contradict themselves: {count}.",
        "{count} 个存储的数据块自相矛盾。",
        ("count",),
    ),
    "blocks_damaged": Key(
        "{damaged} of {total} blocks were damaged and are cleared: fill what is missing.",
        "{total} 个数据块中有 {damaged} 个损坏，已清除，请补齐缺失数据。",
        ("damaged", "total"),
    ),
    "payloads_lost": Key(
        "The bucket lacks {gone} of {total} payloads: is it the right one, is it restored?",
        "存储桶缺少 {total} 个对象中的 {gone} 个：是否为正确的存储桶，是否已恢复？",
        ("gone", "total"),
    ),
    "main_contracts_failed": Key(
        "Main contracts were not worked out; fill the daily bars again.",
        "主力合约未能算出，请再次补齐日线。",
    ),
    "main_contracts_left_out": Key(
        "Days whose main contract is not known were left out.", "主力合约未知的日子未计入。"
    ),
}
"""Of a task, in `error_details`, `error_keys` and `failed_batches`, beside those of calls."""

WARNINGS = {
    "too_many_missing": Key(
        "More than {most} bars are missing: fill them by a task.",
        "缺失超过 {most} 根K线，请用任务补齐。",
        ("most",),
    ),
    "gaps_not_fetched": Key(
        "Some gaps were not fetched. {cause}", "部分缺口未能抓取。{cause}", ("cause",)
    ),
    "factors_not_fetched": Key(
        "Some adjustment factors were not fetched. {cause}",
        "部分复权因子未能抓取。{cause}",
        ("cause",),
    ),
    "no_time_left": Key("There was no time left for it.", "时间已用完。"),
    "not_asked_anew": Key(
        "The source was not asked anew. {cause}", "未能再次询问数据源。{cause}", ("cause",)
    ),
    "calendar_known_until": Key(
        "The trading calendar is known until {last} only.", "交易日历只知道到 {last}。", ("last",)
    ),
    "day_not_final": Key("{day} is not final yet.", "{day} 尚未定稿。", ("day",)),
    "too_many_to_compute": Key(
        "More than {most} days lack bars, too many to be computed from one-minute bars: ask for "
        "fewer codes or days.",
        "超过 {most} 天缺少K线，无法由一分钟线计算：请减少代码或缩短区间。",
        ("most",),
    ),
    "older_not_looked_at": Key(
        "{code} has fewer bars than asked for, and older days were not looked at.",
        "{code} 的K线少于所求，更早的日子没有查找。",
        ("code",),
    ),
    "factors_known_only": Key(
        "Factors are known from {first} to {last} only.",
        "复权因子只知道 {first} 至 {last}。",
        ("first", "last"),
    ),
    "factors_end": Key(
        "Factors are known from {first} to {last} only. {cause}",
        "复权因子只知道 {first} 至 {last}。{cause}",
        ("first", "last", "cause"),
    ),
    "rolls_without_factor": Key(
        "No factor is known of the rolls of {rolls}.", "{rolls} 的换月没有因子。", ("rolls",)
    ),
}
"""Of an answer that lacks something, in `warning_details`, or in `failed_keys` of `adjust`.

A `cause` is itself a key, of a call that failed or of these.
"""

CONNECTIONS = {
    "connected": Key("Connected and logged in.", "已连接并登录。"),
    "reached": Key(
        "The server answers; the SDK is not installed, so no login was tried.",
        "服务器可以连接；未安装SDK，因此没有尝试登录。",
    ),
    "address_refused": Key("This address may not be contacted.", "不允许连接该地址。"),
}
"""Of the test of an SDK config, beside those of calls."""

ERRORS = {**FIELDS, **CALLS, **TASKS, **WARNINGS, **CONNECTIONS}

ROWS = {
    "not_requested": Key("nobody asked for this code or day", "代码或日期未被请求"),
    "not_a_trading_day": Key("not a trading day", "不是交易日"),
    "wrong_time": Key("the time does not belong to the trading day", "时间不属于该交易日"),
    "not_a_number": Key("a number is missing or infinite", "数值缺失或无穷大"),
    "negative": Key("a number is below 0", "数值小于 0"),
    "not_whole": Key("a volume or an open interest has a fraction", "成交量或持仓量不是整数"),
    "prices_out_of_order": Key(
        "prices contradict each other: low above high, or open or close outside",
        "价格自相矛盾：最低高于最高，或开盘、收盘在其外",
    ),
    "end_labels": Key(
        "minute bars carry their ends instead of their starts", "分钟线以结束时间标注"
    ),
    "duplicate_time": Key("bars of one time contradict each other", "同一时间的K线相互矛盾"),
    "wrong_unit": Key("volume or amount in another unit", "成交量或成交额单位不符"),
    "adjusted_prices": Key(
        "adjusted prices beside an amount that is not", "复权价格与未复权的成交额并存"
    ),
    "shifted": Key("a neighbouring code has the same bars", "相邻代码给出了同样的K线"),
    "not_a_period": Key("not a reporting period", "不是报告期"),
    "no_type": Key("no statement type", "缺少报表类型"),
    "not_a_day": Key("an announcement date is no day", "公告日期无效"),
    "not_a_text": Key("a text is none", "文本无效"),
    "contradictory": Key("rows of the same key contradict each other", "同一记录的多行相互矛盾"),
    "limits_crossed": Key("the lower limit is above the upper one", "跌停价高于涨停价"),
    "not_a_flag": Key("a flag is neither 0 nor 1", "标志不是 0 或 1"),
    "not_a_price": Key("a price is none", "价格无效"),
}
"""Of a row that was set aside, its `reason`."""
