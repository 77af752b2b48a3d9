import type { IChartApi } from "lightweight-charts";
import type { Palette } from "./drawing";

/** The height of the line above the chart, in units of the page. */
const HEAD = 26;

/** What is drawn as a PNG, with a title above it and whose library drew it. */
export async function picture(chart: IChartApi, title: string, palette: Palette): Promise<Blob> {
  const drawn = chart.takeScreenshot(true);
  const scale = devicePixelRatio;
  const canvas = document.createElement("canvas");
  canvas.width = drawn.width;
  canvas.height = drawn.height + HEAD * scale;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("the browser gives no canvas");
  pen.fillStyle = palette.panel;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawn, 0, HEAD * scale);
  pen.fillStyle = palette.text;
  pen.font = `${13 * scale}px ${getComputedStyle(document.documentElement).fontFamily}`;
  pen.textBaseline = "middle";
  pen.fillText(title, 10 * scale, (HEAD / 2) * scale);
  pen.textAlign = "right";
  pen.fillStyle = palette.dim;
  pen.fillText("TradingView Lightweight Charts™", canvas.width - 10 * scale, (HEAD / 2) * scale);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png");
  });
}
