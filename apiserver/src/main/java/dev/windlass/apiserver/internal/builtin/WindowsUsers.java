package dev.windlass.apiserver.internal.builtin;

import java.util.regex.Pattern;

/** As whom containers run on Windows: a user, with or without a domain. Stateless. */
final class WindowsUsers {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern NET_BIOS = Pattern.compile("[^\\\\/:*?\"<>|.][^\\\\/:*?\"<>|]{0,14}");
    private static final String DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    private static final Pattern DNS = Pattern.compile(DNS_LABEL + "(?:\\." + DNS_LABEL + ")*+");
    private static final Pattern ONLY_DOTS = Pattern.compile("[. ]+");
    private static final Pattern BAD_IN_USER = Pattern.compile("[\"/\\\\:;|=,+*?<>@\\[\\]]");
    private static final int LONGEST_SPEC_KIB = 64;
    private static final int LONGEST_DOMAIN = 256;
    private static final int LONGEST_USER = 104;

    private WindowsUsers() {
    }

    static void credentialSpec(Field spec) {
        if (!spec.isSet()) {
            return;
        }
        if (spec.isEmpty()) {
            spec.invalid("gmsaCredentialSpec cannot be an empty string");
        } else if (spec.text().length() > LONGEST_SPEC_KIB * 1024) {
            spec.invalid("gmsaCredentialSpec size must be under " + LONGEST_SPEC_KIB + " KiB");
        }
    }

    static void userName(Field name) {
        if (!name.isSet()) {
            return;
        }
        String[] parts = name.text().split("\\\\", -1);
        if (name.isEmpty()) {
            name.invalid("runAsUserName cannot be an empty string");
        } else if (CONTROL.matcher(name.text()).find()) {
            name.invalid("runAsUserName cannot contain control characters");
        } else if (parts.length > 2) {
            name.invalid("runAsUserName cannot contain more than one backslash");
        } else {
            if (parts.length == 2) {
                domain(name, parts[0]);
            }
            user(name, parts[parts.length - 1]);
        }
    }

    private static void domain(Field name, String domain) {
        if (domain.length() >= LONGEST_DOMAIN) {
            name.invalid("runAsUserName's Domain length must be under " + LONGEST_DOMAIN + " characters");
        }
        if (!NET_BIOS.matcher(domain).matches() && !DNS.matcher(domain).matches()) {
            name.invalid("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }

    private static void user(Field name, String user) {
        if (user.isEmpty()) {
            name.invalid("runAsUserName's User cannot be empty");
        } else if (user.length() > LONGEST_USER) {
            name.invalid("runAsUserName's User length must not be longer than " + LONGEST_USER + " characters");
        }
        if (ONLY_DOTS.matcher(user).matches()) {
            name.invalid("runAsUserName's User cannot contain only periods or spaces");
        }
        if (BAD_IN_USER.matcher(user).find()) {
            name.invalid("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
        }
    }
}
