import { render } from "preact";
import { Root } from "./Root";
import "./style.css";

const host = document.getElementById("console");
if (host) render(<Root />, host);
