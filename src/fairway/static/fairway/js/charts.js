// Draws every chart of the page as SVG in the colours of the mode in force, and again when the mode changes.
(() => {
  const probe = document.createElement("span");
  probe.hidden = true;

  function colour(name) {
    probe.style.color = `var(--fw-${name})`;
    return getComputedStyle(probe).color;
  }

  function painted(value) {
    if (typeof value === "string" && value[0] === "@") return colour(value.slice(1));
    if (Array.isArray(value)) return value.map(painted);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, painted(each)]));
    }
    return value;
  }

  function worded({ decimals }) {
    const axis = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: decimals });
    const exact = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return { axis: (value) => axis.format(value), exact: (value) => (value == null ? "–" : exact.format(value)) };
  }

  function withWords(option, shown) {
    const words = worded(option.fairway);
    const value = (params) => words.exact(params.value?.value ?? params.value);
    for (const series of option.series) {
      if (series.endLabel) series.endLabel.formatter = value;
      if (series.label?.show) series.label.formatter = value;
    }
    const axis = option.yAxis.type === "value" ? option.yAxis : option.xAxis;
    if (axis.axisLabel) axis.axisLabel.formatter = words.axis;
    if (option.tooltip?.trigger) option.tooltip.formatter = (points) => tip(points, shown, words);
    delete option.fairway;
    return option;
  }

  function tip(points, shown, words) {
    const index = points[0].dataIndex;
    const lines = shown.map(({ label, values }) => `${label ? `${label}  ` : ""}${words.exact(values[index])}`);
    return [points[0].axisValueLabel, ...lines].join("\n");
  }

  function draw(place) {
    const { option, series } = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.after(probe);
    const chart = window.echarts.getInstanceByDom(place) ?? window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(withWords(painted(option), series), true);
  }

  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) window.echarts.getInstanceByDom(target)?.resize({ animation: { duration: 0 } });
  });

  function drawAll(root) {
    for (const place of root.querySelectorAll("[data-chart]")) {
      draw(place);
      sized.observe(place);
    }
  }

  document.fonts.ready.then(() => drawAll(document));
  document.addEventListener("fw:theme", () => drawAll(document));
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
})();
