package dev.windlass.apiserver.internal.kind;

import dev.windlass.apiserver.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One resource in one version of the API. Versions of the same resource share their storage.
 */
public final class ResourceType {
    private final String group;
    private final String version;
    private final String kind;
    private final String listKind;
    private final String plural;
    private final String singular;
    private final List<String> shortNames;
    private final List<String> categories;
    private final boolean namespaced;
    private final List<String> verbs;
    private final List<Subresource> subresources;
    private final Traits traits;
    private final String storageId;
    private final @Nullable CustomVersion custom;
    private final byte[] head;

    /**
     * @param storageId
     *            the shelf its objects lie on
     * @param custom
     *            what a definition says of this version, null for a built-in kind
     */
    public ResourceType(String group, String version, Names names, boolean namespaced, List<String> verbs,
            List<Subresource> subresources, Traits traits,
            String storageId, @Nullable CustomVersion custom) {
        this.group = group;
        this.version = version;
        this.kind = names.kind();
        this.listKind = names.listKind();
        this.plural = names.plural();
        this.singular = names.singular();
        this.shortNames = names.shortNames();
        this.categories = names.categories();
        this.namespaced = namespaced;
        this.verbs = verbs;
        this.subresources = subresources;
        this.traits = traits;
        this.storageId = storageId;
        this.custom = custom;
        this.head = ("{\"kind\":" + Json.string(kind) + ",\"apiVersion\":" + Json.string(apiVersion()) + ",")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** How a resource is called. */
    public record Names(String kind, String listKind, String plural, String singular, List<String> shortNames,
            List<String> categories) {
    }

    public String group() {
        return group;
    }

    public String version() {
        return version;
    }

    /** {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    public String kind() {
        return kind;
    }

    public String listKind() {
        return listKind;
    }

    public String plural() {
        return plural;
    }

    public String singular() {
        return singular;
    }

    public List<String> shortNames() {
        return shortNames;
    }

    public List<String> categories() {
        return categories;
    }

    public boolean namespaced() {
        return namespaced;
    }

    public List<String> verbs() {
        return verbs;
    }

    public boolean allows(String verb) {
        return verbs.contains(verb);
    }

    public List<Subresource> subresources() {
        return subresources;
    }

    public @Nullable Subresource subresource(String name) {
        for (Subresource subresource : subresources) {
            if (subresource.name().equals(name)) {
                return subresource;
            }
        }
        return null;
    }

    public boolean hasStatus() {
        return subresource("status") != null;
    }

    public Traits traits() {
        return traits;
    }

    /** The group that errors tell: of events in any group it is that of the core ones, as which they are stored. */
    public String storedGroup() {
        return is("events.k8s.io", "events") ? "" : group;
    }

    /** The shelf its objects lie on. */
    public String storageId() {
        return storageId;
    }

    public @Nullable CustomVersion custom() {
        return custom;
    }

    public boolean isCustom() {
        return custom != null;
    }

    public boolean is(String otherGroup, String otherPlural) {
        return group.equals(otherGroup) && plural.equals(otherPlural);
    }

    /** What an object's JSON begins with: its type. */
    public byte[] head() {
        return head;
    }

    /** {@code deployments.apps}. */
    public String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    @Override
    public String toString() {
        return apiVersion() + "/" + plural;
    }
}
