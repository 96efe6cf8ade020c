package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Volumes that are disks somewhere else and have rules of their own. Stateless. */
final class NetworkDiskChecks {
    private static final Map<String, Pattern> INITIATORS = Map.of("iqn",
            Pattern.compile(".*iqn\\.\\d{4}-\\d{2}\\.[\\p{Alnum}.-]+:[^,;*&$|\\s]+"), "eui",
            Pattern.compile("eui.\\p{Alnum}{16}"), "naa", Pattern.compile("naa.\\p{Alnum}{32}"));
    private static final int MOST_LUN = 255;
    private static final int LONGEST_TENANT = 64;

    private NetworkDiskChecks() {
    }

    static void iscsi(Field source) {
        iscsi(source, "must be valid format starting with iqn, eui, or naa");
    }

    /** @param form what is said of an initiator of no known form */
    static void iscsi(Field source, String form) {
        source.at("targetPortal").mustBeSet("");
        Field iqn = source.at("iqn");
        if (iqn.mustBeSet("")) {
            initiator(iqn, form);
        }
        lun(source.at("lun"));
        boolean secret = Stream.of("chapAuthDiscovery", "chapAuthSession").anyMatch(each -> source.at(each).flag());
        if (secret && !source.at("secretRef").isSet()) {
            source.at("secretRef").required("");
        }
        Field name = source.at("initiatorName");
        if (name.isSet()) {
            initiator(name.as(source.path() + ".initiatorname"), form);
        }
    }

    private static void initiator(Field name, String formless) {
        String text = name.text();
        Pattern form = text.length() < 3 ? null : INITIATORS.get(text.substring(0, 3));
        if (form == null) {
            name.invalid(formless);
        } else if (!form.matcher(text).matches()) {
            name.invalid("must be valid format");
        }
    }

    private static void lun(Field lun) {
        if (lun.isSet()) {
            lun.between(0, MOST_LUN);
        }
    }

    static void fibreChannel(Field source) {
        Field targets = source.at("targetWWNs");
        boolean byId = !source.at("wwids").isEmpty();
        if (targets.isEmpty() && !byId) {
            targets.required("must specify either targetWWNs or wwids, but not both");
        }
        if (!targets.isEmpty() && byId) {
            targets.invalid("targetWWNs and wwids can not be specified simultaneously");
        }
        if (!targets.isEmpty() && source.at("lun").isSet()) {
            lun(source.at("lun"));
        } else if (!targets.isEmpty()) {
            source.at("lun").required("lun is required if targetWWNs is specified");
        }
    }

    static void flocker(Field source) {
        Field name = source.at("datasetName");
        boolean byId = !source.at("datasetUUID").isEmpty();
        if (name.isEmpty() && !byId) {
            source.required("one of datasetName and datasetUUID is required");
        }
        if (!name.isEmpty() && byId) {
            source.invalid("resource", "datasetName and datasetUUID can not be specified simultaneously");
        }
        if (name.text().contains("/")) {
            name.invalid("must not contain '/'");
        }
    }

    static void quobyte(Field source) {
        String pairs = "must be a host:port pair or multiple pairs separated by commas";
        Field registry = source.at("registry");
        if (registry.mustBeSet(pairs)) {
            if (source.at("tenant").text().length() > LONGEST_TENANT) {
                source.at("tenant").required("must be a UUID and may not exceed a length of 64 characters");
            } else {
                Stream.of(registry.text().split(",", -1)).filter(each -> !each.matches("[^:]*:[^:]*"))
                        .forEach(_ -> registry.invalid(pairs));
            }
        }
        source.at("volume").mustBeSet("");
    }

    static void flexible(Field source) {
        source.at("driver").mustBeSet("");
        Field options = source.at("options");
        for (String option : options.value().propertyNames()) {
            String domain = "." + option.replaceFirst("/.*", "").toLowerCase(Locale.ROOT);
            if (domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io")) {
                options.key(option).invalid(option, "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    static void azureDisk(Field source) {
        source.at("diskName").mustBeSet("");
        Field uri = source.at("diskURI");
        uri.mustBeSet("");
        source.at("cachingMode").oneOfIfSet("None", "ReadOnly", "ReadWrite");
        Field kind = source.at("kind");
        kind.oneOfIfSet("Dedicated", "Managed", "Shared");
        boolean managed = kind.text().equals("Managed");
        if (kind.isSet() && !uri.text().startsWith(managed ? "/subscriptions/" : "https://")) {
            uri.errors().add(FieldError.notSupported(uri.path(), uri.text(), List.of(managed
                    ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
                    : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd")));
        }
    }
}
