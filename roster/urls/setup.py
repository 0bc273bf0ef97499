"""The coordinator: groups, posts, patterns, the house's rules."""

from django.urls import URLPattern, path

from roster.views import groups, house_rules, patterns, posts

urlpatterns: list[URLPattern] = [
    path("roster/groups/", groups.groups, name="groups"),
    path("roster/groups/new/", groups.group_new, name="group_new"),
    path("roster/groups/usual/", groups.group_templates_page, name="group_templates"),
    path("roster/groups/<uuid:group>/", groups.group, name="group"),
    path("roster/groups/<uuid:group>/edit/", groups.group_edit, name="group_edit"),
    path("roster/groups/<uuid:group>/members/", groups.member_set, name="member_set"),
    path("roster/groups/<uuid:group>/members/remove/", groups.member_remove, name="member_remove"),
    path("roster/groups/<uuid:group>/end/", groups.group_end, name="group_end"),
    path("roster/posts/", posts.posts, name="posts"),
    path("roster/posts/new/", posts.post_new, name="post_new"),
    path("roster/posts/gates/", posts.gate_posts, name="gate_posts"),
    path("roster/posts/<uuid:post>/", posts.post, name="post"),
    path("roster/posts/<uuid:post>/edit/", posts.post_edit, name="post_edit"),
    path("roster/posts/<uuid:post>/end/", posts.post_end, name="post_end"),
    path("roster/posts/<uuid:post>/reopen/", posts.post_reopen, name="post_reopen"),
    path("roster/posts/<uuid:post>/patterns/new/", patterns.pattern_new, name="pattern_new"),
    path("roster/posts/<uuid:post>/patterns/preview/", patterns.pattern_preview, name="pattern_preview"),
    path("roster/patterns/<uuid:pattern>/", patterns.pattern_change, name="pattern_change"),
    path("roster/patterns/<uuid:pattern>/end/", patterns.pattern_end, name="pattern_end"),
    path("roster/house-rules/", house_rules.house_rules, name="house_rules"),
]
