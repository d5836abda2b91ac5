package auth

import "strings"

// The marks by which browsers and systems are told apart, those that pretend
// to be others as well before these.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"}}
)

// agentOf is a browser in two words, such as "Chrome, Windows": enough for a
// person to know it by, and no more is kept. "" where neither is known.
func agentOf(header string) string {
	var known []string
	for _, names := range [][][2]string{browsers, systems} {
		for _, n := range names {
			if strings.Contains(header, n[0]) {
				known = append(known, n[1])
				break
			}
		}
	}
	return strings.Join(known, ", ")
}
