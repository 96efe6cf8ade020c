package dev.windlass.modules;

import dev.windlass.lifecycle.RunnableSpec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * What {@link Feature} says on a class, read from its class file.
 *
 * @param version empty when it says none
 */
record FeatureOfClass(String name, String version, int api) {

    private static final String DESCRIPTOR = "L" + Feature.class.getName().replace('.', '/') + ";";

    /** @throws InvalidModuleException when it is not there, or no host of this version can load what it says */
    static FeatureOfClass read(Path file, String className, JarFile jar) throws IOException {
        JarEntry entry = jar.getJarEntry(className.replace('.', '/') + ".class");
        if (entry == null) {
            throw ModuleJar.invalid(file,
                    "declares the class %s in %s and does not contain it: correct the name, or add the class"
                            .formatted(className, ModuleJar.SERVICE));
        }
        ClassModel model;
        try (InputStream in = jar.getInputStream(entry)) {
            model = ClassFile.of().parse(in.readAllBytes());
        } catch (IllegalArgumentException e) {
            throw new InvalidModuleException("%s cannot be loaded: its class %s is damaged (%s); build it again"
                    .formatted(file, className, e.getMessage()), e);
        }
        List<Annotation> annotations = model.findAttribute(Attributes.runtimeInvisibleAnnotations())
                .map(attribute -> attribute.annotations()).orElse(List.of());
        FeatureOfClass feature = annotations.stream()
                .filter(one -> one.className().equalsString(DESCRIPTOR)).map(FeatureOfClass::of).findFirst()
                .orElseThrow(() -> ModuleJar.invalid(file, "says neither name nor version: annotate %s with @Feature"
                        .formatted(className)));
        feature.check(file);
        return feature;
    }

    private static FeatureOfClass of(Annotation annotation) {
        String name = "";
        String version = "";
        int api = 0;
        for (AnnotationElement element : annotation.elements()) {
            switch (element.value()) {
                case AnnotationValue.OfString text when element.name().equalsString("name") ->
                    name = text.stringValue();
                case AnnotationValue.OfString text when element.name().equalsString("version") ->
                    version = text.stringValue();
                case AnnotationValue.OfInt number when element.name().equalsString("api") -> api = number.intValue();
                default -> {
                    // of a later version, which may say more
                }
            }
        }
        return new FeatureOfClass(name, version, api);
    }

    private void check(Path file) {
        if (api > FeatureModule.API_VERSION || api < 1) {
            throw ModuleJar.invalid(file,
                    "needs version %d of the module API, and this is version %d: use a newer host, or build it for this one"
                            .formatted(api, FeatureModule.API_VERSION));
        }
        try {
            RunnableSpec.named(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidModuleException("%s cannot be loaded: its name is not legal: %s".formatted(file,
                    e.getMessage()), e);
        }
        if (name.contains("/")) {
            throw ModuleJar.invalid(file, "is called \"%s\": a module's name has no '/'".formatted(name));
        }
    }
}
