"""What the desk's pages show: each module joins the apps for one page."""
