import { render } from "preact";
import { Root } from "./Root";
import "./style/theme.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/login.css";
import "./style/parts.css";
import "./style/tables.css";
import "./style/kline.css";
import "./style/tasks.css";
import "./style/cache.css";
import "./style/futures.css";
import "./style/status.css";
import "./style/narrow.css";

const host = document.getElementById("console");
if (host) render(<Root />, host);
