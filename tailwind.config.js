/**
 * The design tokens that are the same in both themes: type, spacing, shadow,
 * motion. Colours differ by theme and live in static/src/theme.css as CSS
 * variables; the names below make them utilities (text-muted, bg-raised, …).
 * Tailwind 4 reads this file because static/src/app.css says @config.
 */
module.exports = {
  // Generated Go is left out so that the stylesheet doesn't depend on
  // whether templ or Tailwind ran first.
  content: ["./views/**/*.templ", "./views/**/*.go", "!./views/**/*_templ.go", "!./views/**/*_test.go"],
  theme: {
    extend: {
      fontFamily: {
        sans: ["Inter", "ui-sans-serif", "system-ui", "sans-serif"],
        mono: ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"],
      },
      fontSize: {
        "2xs": ["0.6875rem", { lineHeight: "1rem" }],
        xs: ["0.75rem", { lineHeight: "1.125rem" }],
        sm: ["0.8125rem", { lineHeight: "1.25rem" }],
        base: ["0.875rem", { lineHeight: "1.375rem" }],
        md: ["1rem", { lineHeight: "1.5rem" }],
        lg: ["1.125rem", { lineHeight: "1.625rem", letterSpacing: "-0.01em" }],
        xl: ["1.375rem", { lineHeight: "1.875rem", letterSpacing: "-0.017em" }],
        "2xl": ["1.75rem", { lineHeight: "2.125rem", letterSpacing: "-0.021em" }],
        "3xl": ["2.25rem", { lineHeight: "2.625rem", letterSpacing: "-0.025em" }],
      },
      colors: {
        muted: "var(--rg-muted)",
        raised: "var(--rg-raised)",
        line: "var(--rg-line)",
        accent: "var(--rg-accent)",
        "accent-soft": "var(--rg-accent-soft)",
        good: "var(--rg-good)",
        "good-soft": "var(--rg-good-soft)",
        bad: "var(--rg-bad)",
        "bad-soft": "var(--rg-bad-soft)",
        warn: "var(--rg-warn)",
        "warn-soft": "var(--rg-warn-soft)",
        note: "var(--rg-note)",
        "note-soft": "var(--rg-note-soft)",
        "quiet-soft": "var(--rg-quiet-soft)",
      },
      boxShadow: {
        card: "var(--rg-shadow-card)",
        pop: "var(--rg-shadow-pop)",
      },
      maxWidth: { page: "80rem", form: "40rem", prose: "65ch" },
    },
  },
};
