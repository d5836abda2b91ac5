package browsertest

// axeRun asks for the rules of WCAG 2.2 AA and what axe calls best practice, of
// the whole page beside what a selector names.
// None of them reads the stylesheets' text, so axe needn't gather it. A page of
// many thousands of elements, as that of the interfaces is, repeats a few
// kinds, and axe would take half a minute over their colours one by one.
const axeRun = `(async beside => {` + byKind + `
	const context = beside ? {exclude: [beside]} : document;
	const options = {preload: {assets: ["media"]}, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]};
	const violations = document.getElementsByTagName("*").length > 5000 ? await byKind(options)
		: (await axe.run(context, {...options, resultTypes: ["violations"]})).violations;
	return violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + (n.any[0] || n.all[0] || n.none[0] || v).message));
})`

// axeOther asks for what depends on colours in the theme that the page isn't in.
const axeOther = `(async () => {` + byKind + `
	const root = document.documentElement, before = root.dataset.theme;
	const dark = before ? before === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
	root.dataset.theme = dark ? "light" : "dark";
	` + arrived + `;
	const violations = await byKind({runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}});
	if (before) root.dataset.theme = before; else delete root.dataset.theme;
	return violations.flatMap(v => v.nodes.map(n => v.id + " in the other theme: " + n.target.join(" ") + " — " + (n.any[0] || n.all[0] || v).message));
})()`

// byKind is axe's run with the contrast looked at in one element of each kind.
// What axe can't tell of one, which something may cover, it is asked of the
// others. Of a kind are elements that have the same name and classes, the same
// colours and letters as they are drawn now, and lie in elements that have all
// of that in common, too.
const byKind = `
	const byKind = async options => {
		const seen = new Map(), one = new Map(), others = new Map();
		const visit = (e, parent) => {
			const s = getComputedStyle(e);
			const key = [parent, e.localName, e.getAttribute("class"), e.matches(":disabled, [aria-disabled=true]"), s.display, s.visibility, s.position, s.zIndex, s.opacity,
				s.color, s.backgroundColor, s.backgroundImage, s.textShadow, s.filter, s.mixBlendMode, s.fontSize, s.fontWeight,
				[...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())].join("|");
			let kind = seen.get(key);
			if (kind === undefined) {
				seen.set(key, kind = seen.size);
				one.set(e, kind);
				others.set(kind, []);
			} else {
				others.get(kind).push(e);
			}
			for (const child of e.children) visit(child, kind);
		};
		visit(document.body, -1);
		const contrast = axe._audit.rules.find(r => r.id === "color-contrast"), matches = contrast.matches;
		const ask = (elements, options) => {
			contrast.matches = function (e, ...rest) { return elements.has(e) && matches.call(this, e, ...rest); };
			return axe.run(document, {...options, resultTypes: ["violations", "incomplete"], elementRef: true});
		};
		const {violations, incomplete} = await ask(one, options);
		const unsure = incomplete.filter(v => v.id === "color-contrast").flatMap(v => v.nodes).flatMap(n => others.get(one.get(n.element)) || []);
		if (unsure.length) violations.push(...(await ask(new Set(unsure), {runOnly: {type: "rule", values: ["color-contrast"]}})).violations);
		contrast.matches = matches;
		return violations;
	};`
